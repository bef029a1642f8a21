function whoami.exe {
    <#
    .SYNOPSIS
    Writes the groups of this process's token, as whoami /groups /fo csv /nh does. Anything else is not answered.
    #>
    [CmdletBinding()]
    param([Parameter(ValueFromRemainingArguments)] [string[]] $Argument)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        if ("$Argument" -ne '/groups /fo csv /nh') { throw "The fake whoami.exe does not know: $Argument" }
        $groups = [ordered] @{ 'Everyone' = 'S-1-1-0'; 'NT AUTHORITY\Authenticated Users' = 'S-1-5-11' }
        if ((Get-FakeLogon) -eq 'network') { $groups['NT AUTHORITY\NETWORK'] = 'S-1-5-2' } else { $groups['NT AUTHORITY\SERVICE'] = 'S-1-5-6' }
        if (Test-FakeAdministrator) { $groups['BUILTIN\Administrators'] = 'S-1-5-32-544' }
        foreach ($name in $groups.Keys) {
            '"{0}","Well-known group","{1}","Mandatory group, Enabled by default, Enabled group"' -f $name, $groups[$name]
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function New-ScheduledTaskAction {
    <#
    .SYNOPSIS
    Returns the action of a task.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Execute, [string] $Argument, [string] $WorkingDirectory)
    [pscustomobject] @{ PSTypeName = 'MSFT_TaskExecAction'; Execute = $Execute; Arguments = $Argument; WorkingDirectory = $WorkingDirectory }
}

function New-ScheduledTaskPrincipal {
    <#
    .SYNOPSIS
    Returns the account of a task.
    #>
    [CmdletBinding(DefaultParameterSetName = 'User')]
    param(
        [Parameter(ParameterSetName = 'User', Position = 0, Mandatory)] [string] $UserId,
        [Parameter(ParameterSetName = 'User', Position = 1)]
        [ValidateSet('None', 'Password', 'S4U', 'Interactive', 'Group', 'ServiceAccount', 'InteractiveOrPassword')] [string] $LogonType,
        [Parameter(ParameterSetName = 'Group', Mandatory)] [string] $GroupId,
        [ValidateSet('Limited', 'Highest')] [string] $RunLevel
    )
    [pscustomobject] @{ PSTypeName = 'MSFT_TaskPrincipal2'; UserId = $UserId; LogonType = $LogonType; RunLevel = $RunLevel; GroupId = $GroupId }
}

function New-ScheduledTaskSettingsSet {
    <#
    .SYNOPSIS
    Returns the settings of a task.
    #>
    [CmdletBinding()]
    param([switch] $AllowStartIfOnBatteries, [switch] $DontStopIfGoingOnBatteries, [TimeSpan] $ExecutionTimeLimit)
    [pscustomobject] @{
        PSTypeName = 'MSFT_TaskSettings3'; DisallowStartIfOnBatteries = -not $AllowStartIfOnBatteries
        StopIfGoingOnBatteries = -not $DontStopIfGoingOnBatteries; ExecutionTimeLimit = $ExecutionTimeLimit
    }
}

function Register-ScheduledTask {
    <#
    .SYNOPSIS
    Registers a task; only administrators may register one for another account.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Principal')]
    param(
        [Parameter(Mandatory)] [string] $TaskName,
        [string] $TaskPath = '\',
        [Parameter(Mandatory)] [object[]] $Action,
        [object] $Principal,
        [object] $Settings,
        [string] $Description,
        [switch] $Force
    )
    $as = "Register-ScheduledTask $TaskName"
    $lock = Enter-FakeCall $PSCmdlet $as
    try {
        if (-not (Test-FakeAdministrator)) {
            Write-FakeError $PSCmdlet 'Access is denied.' 'HRESULT 0x80070005,Register-ScheduledTask' 'PermissionDenied' 'PS_ScheduledTask'
            return
        }
        if ((Read-FakeFile 'tasks', "$TaskName.json") -and -not $Force) {
            Write-FakeError $PSCmdlet 'Cannot create a file when that file already exists.' 'HRESULT 0x800700b7' 'ResourceExists' 'PS_ScheduledTask'
            return
        }
        $task = [ordered] @{
            name = $TaskName; path = $TaskPath; execute = $Action[0].Execute; arguments = $Action[0].Arguments; description = $Description
            userId = $(if ($Principal) { $Principal.UserId } else { '' }); pid = $null
        }
        Write-FakeFile ('tasks', "$TaskName.json") $task
        Add-FakeLedger 'Register-ScheduledTask' $null @{ TaskName = $TaskName; UserId = $task.userId }
        ConvertTo-FakeTask (Read-FakeFile 'tasks', "$TaskName.json")
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock $as
}

function Start-ScheduledTask {
    <#
    .SYNOPSIS
    Runs a task's action in a process of its own, which is not logged on over the network.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)] [string] $TaskName, [Parameter(Position = 1)] [string] $TaskPath = '\')
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $task = Find-FakeTask $PSCmdlet $TaskName
        if ($null -eq $task) { return }
        $task.pid = Start-FakeTask $task
        Write-FakeFile ('tasks', "$TaskName.json") $task
        Add-FakeLedger 'Start-ScheduledTask' $null @{ TaskName = $TaskName }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Stop-ScheduledTask {
    <#
    .SYNOPSIS
    Ends the process of a task.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)] [string] $TaskName, [Parameter(Position = 1)] [string] $TaskPath = '\')
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $task = Find-FakeTask $PSCmdlet $TaskName
        if ($null -eq $task) { return }
        if (Test-FakeTaskRunning $task) { [System.Diagnostics.Process]::GetProcessById($task.pid).Kill() }
        Add-FakeLedger 'Stop-ScheduledTask' $null @{ TaskName = $TaskName }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-ScheduledTask {
    <#
    .SYNOPSIS
    Returns tasks; that there is none of a name without wildcards is an error.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string[]] $TaskName, [Parameter(Position = 1)] [string[]] $TaskPath)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        foreach ($one in @($TaskName)) {
            if ($one -notmatch '[*?]') {
                $found = Find-FakeTask $PSCmdlet $one
                if ($null -ne $found) { ConvertTo-FakeTask $found }
                continue
            }
            $folder = Get-FakePath 'tasks'
            if (-not [System.IO.Directory]::Exists($folder)) { continue }
            foreach ($file in [System.IO.Directory]::GetFiles($folder, '*.json')) {
                $found = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
                if ($found.name -like $one) { ConvertTo-FakeTask $found }
            }
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-ScheduledTaskInfo {
    <#
    .SYNOPSIS
    Returns when a task ran last, and how that ended.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)] [string] $TaskName, [Parameter(Position = 1)] [string] $TaskPath = '\')
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $task = Find-FakeTask $PSCmdlet $TaskName
        if ($null -eq $task) { return }
        $result = if (Test-FakeTaskRunning $task) { 0x41301 } elseif ($null -eq $task.pid) { 0x41303 } else { 1 }
        [pscustomobject] @{ PSTypeName = 'MSFT_TaskDynamicInfo'; TaskName = $TaskName; LastTaskResult = [uint32] $result }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Unregister-ScheduledTask {
    <#
    .SYNOPSIS
    Removes a task.
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Position = 0)] [string[]] $TaskName, [Parameter(Position = 1)] [string[]] $TaskPath)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        foreach ($one in $TaskName) {
            if ($null -eq (Find-FakeTask $PSCmdlet $one)) { continue }
            if (-not $PSCmdlet.ShouldProcess($one, 'Unregister-ScheduledTask')) { continue }
            Remove-FakeFile 'tasks', "$one.json"
            Add-FakeLedger 'Unregister-ScheduledTask' $null @{ TaskName = $one }
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}
