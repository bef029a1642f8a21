function Get-HvoClusterStorageCheck {
    <#
    .SYNOPSIS
        Returns the row of the storage of a cluster's machines; none for a host without spec.failoverCluster.
    .DESCRIPTION
        The disk of a role, and the parent of a differencing disk, have to be on a cluster shared volume.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Target
    )
    if (-not $Target.Cluster) { return }
    $row = @{ Subject = $Target.MachineFolder; Expected = 'on a cluster shared volume' }
    if (-not (Get-Command -Name 'Get-ClusterSharedVolume' -ErrorAction SilentlyContinue)) {
        return New-HvoCheckRow -Id ClusterStorage @row -State unknown -Observed 'the failover clustering feature is not installed'
    }
    $volumes = @(Get-HvoClusterPath)
    $paths = @($Target.MachineFolder)
    if ($Target.Clone -eq 'Differencing') { $paths += $Target.ImageFolder }
    $outside = @(Select-HvoUnsharedPath -Paths $paths -Shared $volumes)
    if (-not $outside.Count) { return New-HvoCheckRow -Id ClusterStorage @row -State ok -Observed 'on a cluster shared volume' }
    $shown = if ($volumes.Count) { $volumes -join ', ' } else { 'none' }
    $observed = "outside: $($outside -join ', '); cluster shared volumes: $shown"
    return New-HvoCheckRow -Id ClusterStorage @row -State warning -Observed $observed
}
