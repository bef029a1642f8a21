function Find-HvoMachineVm {
    <#
    .SYNOPSIS
        Returns the VM that carries the machine's mark, or null.
    .DESCRIPTION
        Fails with IdentityConflict for two such VMs, for a replica, and for a VM that has neither a known GUID nor the name
        it was created with; with NotOwned if another Kubernetes cluster has marked it.
    .OUTPUTS
        VirtualMachine, or null.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.HyperV.PowerShell.VirtualMachine')]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Vms,
        [Parameter()] [AllowEmptyCollection()] [string[]] $KnownIds = @()
    )
    $uid = $Context.Run.machine_uid
    $own = @($Vms | Where-Object { (Get-HvoVmMark -Vm $_).MachineUid -ceq $uid })
    if (-not $own.Count) { return $null }
    $ids = @($own | ForEach-Object { ConvertTo-HvoGuid $_.Id }) -join ', '
    if ($own.Count -gt 1) {
        Stop-HvoLaunch -Code IdentityConflict -Message "$($own.Count) VMs carry this machine's mark: $ids. Nothing was changed."
    }
    $vm = $own[0]
    $cluster = (Get-HvoVmMark -Vm $vm).ClusterUid
    if ($cluster -and $cluster -cne $Context.Run.cluster_uid) {
        Stop-HvoLaunch -Code NotOwned -Message "VM $ids belongs to the Kubernetes cluster $cluster. Nothing was changed."
    }
    if (Test-HvoVmReplica $vm) {
        Stop-HvoLaunch -Code IdentityConflict -Message "VM $ids is a replica of another host's VM. Nothing was changed."
    }
    $known = @($KnownIds | Where-Object { $_ })
    if ($known.Count -and $known -notcontains $ids -and $vm.Name -cne "hvo-$uid") {
        Stop-HvoLaunch -Code IdentityConflict -Message ("The VM with this machine's mark is $ids, but the machine's VM is " +
            "$($known -join ' or '). Nothing was changed.")
    }
    return $vm
}
