<#
.SYNOPSIS
    Registers the VM as a role of the host's failover cluster.
.DESCRIPTION
    Whether it is one is asked of the cluster, whatever was said of its making.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$cluster = Get-HvoClusterName
if ($null -eq $cluster) {
    Stop-HvoLaunch -Code ClusterFailed -Message 'This host is not a node of a failover cluster that answers.'
}
Assert-HvoExpectedCluster -Context $Context -Cluster $cluster
$vmId = $Context.Journal.vm_id
if ($null -ne (Get-HvoClusterRole -VmId $vmId)) { return }
$failure = $null
$warnings = [System.Collections.ArrayList]::new()
try {
    if ((Get-HvoRoleMethod) -eq 'Task') {
        Invoke-HvoRoleTask -Context $Context -VmId $vmId -Warnings $warnings
    } else {
        Add-HvoClusterRole -VmId $vmId -Warnings $warnings
    }
} catch {
    $failure = $_
}
foreach ($one in $warnings) { Write-HvoLog -Message "Add-ClusterVirtualMachineRole warned: $one" }
if ($null -eq (Get-HvoClusterRole -VmId $vmId)) {
    if ($null -ne $failure) { throw $failure }
    throw 'Add-ClusterVirtualMachineRole reported no error, and the cluster has no role of the VM.'
}
if ($null -ne $failure) {
    Write-HvoLog -Message "The role was created although Add-ClusterVirtualMachineRole failed: $($failure.Exception.Message)"
}
