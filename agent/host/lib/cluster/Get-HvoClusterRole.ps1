function Get-HvoClusterRole {
    <#
    .SYNOPSIS
        Returns the cluster role of a VM, or null if the VM has none. Requires that the host is a node of a cluster.
    .OUTPUTS
        ClusterGroup, or null.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.FailoverClusters.PowerShell.ClusterGroup')]
    param(
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    try {
        return Get-ClusterGroup -VMId $VmId -ErrorAction Stop | Select-Object -First 1
    } catch {
        # Get-ClusterGroup -VMId throws for a VM without a role and for a cluster that does not answer; the list throws
        # only for the latter.
        $null = @(Get-ClusterGroup -ErrorAction Stop)
        return $null
    }
}
