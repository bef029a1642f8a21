function Assert-HvoNoTombstone {
    <#
    .SYNOPSIS
        Fails with Superseded if the machine has a tombstone.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $path = Get-HvoTombstonePath -Machines $Context.Machines -MachineUid $Context.Run.machine_uid
    if (Test-HvoSavedFile $path) {
        Stop-HvoLaunch -Code Superseded -Message "This machine was removed from this host: its tombstone $path exists."
    }
}
