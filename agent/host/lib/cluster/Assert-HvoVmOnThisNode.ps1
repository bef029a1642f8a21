function Assert-HvoVmOnThisNode {
    <#
    .SYNOPSIS
        Fails with ClusterFailed where another node of the failover cluster has the machine's VM.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [AllowEmptyCollection()] [object[]] $VmIds = @()
    )
    $expected = Get-HvoProperty $Context.Job.host 'failover_cluster'
    if ($null -eq (Get-HvoClusterName)) {
        if (-not $expected) { return }
        Stop-HvoLaunch -Code ClusterFailed -Message ("The failover cluster $expected does not answer on this node, so nobody can say " +
            'which node has the VM. Start the cluster service.')
    }
    foreach ($id in @($VmIds | Where-Object { $_ } | Select-Object -Unique)) {
        $role = Get-HvoClusterRole -VmId $id
        if ($null -eq $role -or $role.OwnerNode.Name -eq (Get-HvoComputerName)) { continue }
        Stop-HvoLaunch -Code ClusterFailed -Message ("The failover cluster runs VM $id on node $($role.OwnerNode.Name), not on this one. " +
            'Move it back, or send the job to that node.')
    }
}
