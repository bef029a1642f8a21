function Register-HvoScheduledTask {
    <#
    .SYNOPSIS
    Has the starter run at every boot, as SYSTEM, by a scheduled task.
    .PARAMETER Prepare
    Folder with the task's definition.
    .PARAMETER Root
    Folder of the guest.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Prepare,
        [Parameter(Mandatory = $true)] [string] $Root
    )
    $definition = Get-HvoFileContent -Path ([System.IO.Path]::Combine($Prepare, 'task.xml'))
    $definition = $definition.Replace('{root}', [System.Security.SecurityElement]::Escape($Root))
    $null = Register-ScheduledTask -TaskPath '\HyperVOperator\' -TaskName 'Guest' -Xml $definition -Force
}
