function Register-HvoScheduledTask {
    <#
    .SYNOPSIS
        Registers a scheduled task that runs the bootstrap script as SYSTEM at every boot.
    .PARAMETER Prepare
        Folder with the definition of the task.
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
    $null = Register-ScheduledTask -TaskPath '\HyperVOperator\' -TaskName 'Guest' -Xml $definition -Force -ErrorAction Stop
}
