<#
.SYNOPSIS
    Registers the VM as a role of the host's failover cluster.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$cluster = Get-HvoClusterName
$expected = Get-HvoProperty $Context.Job.host 'failover_cluster'
if ($null -eq $cluster) {
    Stop-HvoLaunch -Code ClusterFailed -Message 'This host is not a node of a failover cluster that answers.'
}
if ($expected -and $expected -ne $cluster) {
    Stop-HvoLaunch -Code ClusterFailed -Message "This host is a node of the failover cluster $cluster; the job names $expected."
}
$vmId = $Context.Journal.vm_id
if ($null -ne (Get-HvoClusterRole -VmId $vmId)) { return }
try {
    $null = Add-ClusterVirtualMachineRole -VMId $vmId
} catch {
    $failure = $_
    if ($null -eq (Get-HvoClusterRole -VmId $vmId)) { throw $failure }
    Write-HvoLog -Message "The role was created although Add-ClusterVirtualMachineRole failed: $($failure.Exception.Message)"
}
