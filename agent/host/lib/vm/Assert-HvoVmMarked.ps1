function Assert-HvoVmMarked {
    <#
    .SYNOPSIS
        Fails with NotOwned if a VM that was the machine's is on this host, because no VM carries the machine's mark any more.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    foreach ($id in $Context.KnownIds) {
        if ($null -eq (Get-HvoVmById -VmId $id)) { continue }
        Stop-HvoLaunch -Code NotOwned -Message ("VM $id no longer carries this machine's mark (" +
            "hyperv-operator.io/machine-uid=$($Context.Run.machine_uid) in its notes). Nothing was removed.")
    }
}
