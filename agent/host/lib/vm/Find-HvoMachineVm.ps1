function Find-HvoMachineVm {
    <#
    .SYNOPSIS
        Returns the VM that carries the machine's mark, or null.
    .DESCRIPTION
        Fails with IdentityConflict for two of them, for a replica, and for one that is neither of the known GUIDs nor
        still has the name it was created with; with NotOwned where another Kubernetes cluster marked it.
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
    $remedy = 'Nothing is changed. Find out which VM is the right one, and remove the machine mark from the notes of the other.'
    if ($own.Count -gt 1) {
        Stop-HvoLaunch -Code IdentityConflict -Message "$($own.Count) VMs carry this machine's mark: $ids. $remedy"
    }
    $vm = $own[0]
    $cluster = (Get-HvoVmMark -Vm $vm).ClusterUid
    if ($cluster -and $cluster -cne $Context.Run.cluster_uid) {
        Stop-HvoLaunch -Code NotOwned -Message "VM $ids belongs to the Kubernetes cluster $cluster. Nothing is changed."
    }
    if (Test-HvoVmReplica $vm) {
        Stop-HvoLaunch -Code IdentityConflict -Message "VM $ids is a replica of another host's VM. $remedy"
    }
    $known = @($KnownIds | Where-Object { $_ })
    if ($known.Count -and $known -notcontains $ids -and $vm.Name -cne "hvo-$uid") {
        Stop-HvoLaunch -Code IdentityConflict -Message ("The VM with this machine's mark is $ids, but the machine's VM is " +
            "$($known -join ' or '). $remedy")
    }
    return $vm
}
