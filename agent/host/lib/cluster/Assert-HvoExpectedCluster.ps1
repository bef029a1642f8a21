function Assert-HvoExpectedCluster {
    <#
    .SYNOPSIS
        Fails with ClusterFailed if the host's failover cluster is not the one that the job names.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Cluster
    )
    $expected = Get-HvoProperty $Context.Job.host 'failover_cluster'
    if ($expected -and $expected -ne $Cluster) {
        Stop-HvoLaunch -Code ClusterFailed -Message "This host is a node of the failover cluster $Cluster; the job names $expected."
    }
}
