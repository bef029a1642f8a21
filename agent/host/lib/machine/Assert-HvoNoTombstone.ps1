function Assert-HvoNoTombstone {
    <#
    .SYNOPSIS
        Refuses a launch for a machine that has a tombstone.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if ([System.IO.File]::Exists((Get-HvoTombstonePath -Machines $Context.Machines -MachineUid $Context.Run.machine_uid))) {
        Stop-HvoLaunch -Code Superseded -Retryable $false -Message ('This machine was removed; a launch that was still on its way ' +
            'does not make it again.')
    }
}
