function Get-FakeCluster {
    <#
    .SYNOPSIS
    Returns what cluster.json says; writes the cmdlet's error when the host is no node of a cluster.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet)
    $cluster = Read-FakeFile 'cluster.json'
    if ($null -ne $cluster) { return $cluster }
    $text = "The cluster service is not running. Make sure that the service is running on all nodes in the cluster. There are no more endpoints available from the endpoint mapper"
    Write-FakeError $Cmdlet $text $Cmdlet.MyInvocation.MyCommand.Name 'ConnectionError'
}

function Get-FakeSharedVolume {
    <#
    .SYNOPSIS
    Returns the folders of the cluster shared volumes: those of cluster.json, or all volumes of the host.
    #>
    param([object] $Cluster)
    if ($Cluster.PSObject.Properties['volumes']) { return @($Cluster.volumes) }
    @((Get-FakeHostFact).volumes | ForEach-Object { $_.name })
}

function ConvertTo-FakeGroup {
    <#
    .SYNOPSIS
    Returns the object that Get-ClusterGroup gives.
    #>
    param([object] $Group)
    [pscustomobject] @{
        PSTypeName = 'Microsoft.FailoverClusters.PowerShell.ClusterGroup'
        Name = [string] $Group.name
        GroupType = [string] $Group.type
        OwnerNode = [pscustomobject] @{ PSTypeName = 'Microsoft.FailoverClusters.PowerShell.ClusterNode'; Name = [string] $Group.owner }
        State = [string] $Group.state
    }
}
