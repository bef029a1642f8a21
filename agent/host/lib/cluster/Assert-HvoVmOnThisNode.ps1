function Assert-HvoVmOnThisNode {
    <#
    .SYNOPSIS
        Fails with ClusterFailed if another node of the failover cluster has one of the VMs.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [AllowEmptyCollection()] [object[]] $VmIds = @()
    )
    $expected = Get-HvoProperty $Context.Job.host 'failover_cluster'
    if ($null -eq (Get-HvoClusterName)) {
        if (-not $expected) { return }
        Stop-HvoLaunch -Code ClusterFailed -Message ("The failover cluster $expected does not answer on this node, so " +
            'the node that has the VM is unknown.')
    }
    foreach ($id in @($VmIds | Where-Object { $_ })) {
        $role = Get-HvoClusterRole -VmId $id
        if ($null -eq $role -or $role.OwnerNode.Name -eq (Get-HvoComputerName)) { continue }
        Stop-HvoLaunch -Code ClusterFailed -Message "The failover cluster runs VM $id on node $($role.OwnerNode.Name), not on this node."
    }
}
