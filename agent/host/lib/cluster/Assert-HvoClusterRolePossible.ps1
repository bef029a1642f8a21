function Assert-HvoClusterRolePossible {
    <#
    .SYNOPSIS
        Fails with ClusterFailed or ClusterRoleUnavailable if the machine's VM could not become a role of the host's failover
        cluster.
    .DESCRIPTION
        Its disk, and the parent of a differencing disk, have to be on a cluster shared volume. Where the role has to be made by a
        task, a task that only asks for the cluster's name is run.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $cluster = Get-HvoClusterName
    if ($null -eq $cluster) {
        Stop-HvoLaunch -Code ClusterFailed -Message ('vm_clustered is true, and this host is not a node of a failover cluster that ' +
            'answers.')
    }
    Assert-HvoExpectedCluster -Context $Context -Cluster $cluster
    if ($null -ne $Context.Vm -and $null -ne (Get-HvoClusterRole -VmId (ConvertTo-HvoGuid $Context.Vm.Id))) { return }
    try {
        $shared = @(Get-HvoClusterPath)
    } catch {
        Stop-HvoLaunch -Code ClusterRoleUnavailable -Message "The cluster shared volumes of $cluster are unknown: $($_.Exception.Message)"
    }
    $needed = @($Context.Machines)
    if ((Get-HvoProperty $Context.Job.host 'clone' -Default 'Copy') -eq 'Differencing') { $needed += $Context.Images }
    foreach ($path in @(Select-HvoUnsharedPath -Paths $needed -Shared $shared)) {
        Stop-HvoLaunch -Code ClusterRoleUnavailable -Message "$path is on no cluster shared volume of $cluster, and vm_clustered is true." `
            -Summary "The cluster has these shared volumes: $($shared -join ', ')."
    }
    $method = Get-HvoRoleMethod
    if ($method -eq 'Direct') { return }
    $why = 'there is no ScheduledTasks module'
    if ($method -eq 'Task') {
        try {
            Invoke-HvoRoleTask -Context $Context
            return
        } catch {
            $why = $_.Exception.Message
        }
    }
    Stop-HvoLaunch -Code ClusterRoleUnavailable -Message ('No cluster role can be made in this network logon, and none by a task that ' +
        "runs as SYSTEM ($($why.TrimEnd('.'))).")
}
