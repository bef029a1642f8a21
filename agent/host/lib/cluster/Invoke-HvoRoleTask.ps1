function Invoke-HvoRoleTask {
    <#
    .SYNOPSIS
        Makes a VM a role of the failover cluster in a task that runs as SYSTEM; without VmId the task only asks for the cluster's
        name.
    .DESCRIPTION
        The task runs tasks\Add-ClusterRole.ps1 of this agent, which writes what happened into the machine's folder. The task is
        removed afterwards; one that a killed launch left is removed before. Throws if the task cannot be run or failed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [string] $VmId = '',
        [Parameter()] [AllowNull()] [System.Collections.ArrayList] $Warnings = $null
    )
    $uid = [string]$Context.Run.machine_uid
    Remove-HvoRoleTask -MachineUid $uid
    $name = Get-HvoRoleTaskName -MachineUid $uid
    # A name that nobody can know before: SYSTEM writes the file.
    $path = Join-Path $Context.Folder ('role-' + [Guid]::NewGuid().ToString('N') + '.json')
    $script = [System.IO.Path]::Combine($Context.AgentFolder, 'tasks', 'Add-ClusterRole.ps1')
    $program = [System.IO.Path]::Combine([Environment]::SystemDirectory, 'WindowsPowerShell', 'v1.0', 'powershell.exe')
    $argument = '-NoProfile -NonInteractive -File "{0}" -ResultPath "{1}"' -f $script, $path
    if ($VmId) { $argument += " -VmId $VmId" }
    $task = @{
        TaskName = $name; TaskPath = '\'; Description = "Cluster role of a hyperv-operator machine, $(Get-HvoTimestamp)"
        Action = New-ScheduledTaskAction -Execute $program -Argument $argument -ErrorAction Stop
        Principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest -ErrorAction Stop
        Settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ErrorAction Stop `
            -ExecutionTimeLimit ([TimeSpan]::FromMinutes(5))
    }
    $null = Register-ScheduledTask @task -Force -ErrorAction Stop
    try {
        Start-ScheduledTask -TaskName $name -TaskPath '\' -ErrorAction Stop
        $result = Wait-HvoRoleTask -Name $name -Path $path
    } finally {
        Remove-HvoRoleTask -MachineUid $uid
        Remove-HvoFile -Path $path
    }
    if ($null -ne $Warnings) { foreach ($one in $result.Warnings) { $null = $Warnings.Add($one) } }
    if (-not $result.Ok) { throw $result.Message }
}
