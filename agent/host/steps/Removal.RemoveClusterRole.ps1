<#
.SYNOPSIS
    Removes the VM's role from the failover cluster; the VM stays on this host.
.DESCRIPTION
    Fails with ClusterFailed if another node has the VM.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Assert-HvoVmOnThisNode -Context $Context -VmIds $Context.KnownIds
if ($null -eq (Get-HvoClusterName)) { return }
foreach ($id in $Context.KnownIds) {
    if ($null -eq (Get-HvoClusterRole -VmId $id)) { continue }
    try {
        Remove-ClusterGroup -VMId $id -RemoveResources -Force
    } catch {
        $failure = $_
        if ($null -ne (Get-HvoClusterRole -VmId $id)) { throw $failure }
    }
}
