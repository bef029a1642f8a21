function Test-FakeAdministrator {
    <#
    .SYNOPSIS
    Returns whether this process has an administrator's token.
    #>
    $facts = Get-FakeHostFact
    -not $facts.PSObject.Properties['administrator'] -or [bool] $facts.administrator
}

function Find-FakeTask {
    <#
    .SYNOPSIS
    Returns a task, or writes the error of the ScheduledTasks cmdlets.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Name)
    $task = Read-FakeFile 'tasks', "$Name.json"
    if ($null -ne $task) { return $task }
    $text = "No MSFT_ScheduledTask objects found with property 'TaskName' equal to '$Name'.  Verify the value of the property and retry."
    Write-FakeError $Cmdlet $text 'CmdletizationQuery_NotFound_TaskName' 'ObjectNotFound' $Name
}

function Test-FakeTaskRunning {
    <#
    .SYNOPSIS
    Returns whether the process of a task runs.
    #>
    param([object] $Task)
    if ($null -eq $Task.pid) { return $false }
    try {
        return -not [System.Diagnostics.Process]::GetProcessById([int] $Task.pid).HasExited
    } catch {
        return $false
    }
}

function ConvertTo-FakeTask {
    <#
    .SYNOPSIS
    Returns the object that Get-ScheduledTask gives.
    #>
    param([object] $Task)
    [pscustomobject] @{
        PSTypeName = 'MSFT_ScheduledTask'
        TaskName = [string] $Task.name
        TaskPath = [string] $Task.path
        Description = [string] $Task.description
        State = $(if (Test-FakeTaskRunning $Task) { 'Running' } else { 'Ready' })
    }
}

function Start-FakeTask {
    <#
    .SYNOPSIS
    Starts the process of a task: the script and arguments of its powershell.exe, with the fake module, in another logon.
    .OUTPUTS
    The process's id.
    #>
    param([object] $Task)
    if ($Task.arguments -notmatch '-File "(?<file>[^"]+)"(?<rest>.*)$') { throw "The fake runs no task with these arguments: $($Task.arguments)" }
    $module = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($PSScriptRoot), 'FakeHyperV.psd1')
    $quoted = $Matches['rest'] -replace '"', "'"
    $shell = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($shell) -notin 'pwsh', 'powershell') { $shell = 'pwsh' }
    $start = New-Object System.Diagnostics.ProcessStartInfo $shell
    $start.Arguments = "-NoProfile -NonInteractive -Command `"Import-Module '$module'; & '$($Matches['file'])'$quoted`""
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.EnvironmentVariables['HVO_FAKE_LOGON'] = 'service'
    $start.EnvironmentVariables['HVO_FAKE_STATE'] = Get-FakeRoot
    [System.Diagnostics.Process]::Start($start).Id
}
