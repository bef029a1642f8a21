<#
.SYNOPSIS
    Removes the VM's role from the failover cluster; the VM stays on this host.
.DESCRIPTION
    Fails with ClusterFailed if another node has the VM. Only the role of a VM that carries the machine's mark is removed; where the
    VM is gone, the role is the machine's if the agent itself has recorded the VM's GUID, and not if only the job names it.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Assert-HvoVmOnThisNode -Context $Context -VmIds $Context.KnownIds
if ($null -eq (Get-HvoClusterName)) { return }
Remove-HvoRoleTask -MachineUid $Context.Run.machine_uid
$marked = if ($null -ne $Context.Vm) { ConvertTo-HvoGuid $Context.Vm.Id } else { $null }
$recorded = @($Context.Tombstone.removing, (Get-HvoProperty $Context.Journal 'vm_id') | Where-Object { $_ } |
        ForEach-Object { ConvertTo-HvoGuid $_ })
foreach ($id in $Context.KnownIds) {
    $role = Get-HvoClusterRole -VmId $id
    if ($null -eq $role) { continue }
    $isOwn = $id -eq $marked
    if (-not $isOwn) { $isOwn = $recorded -contains $id -and $null -eq (Get-HvoVmById -VmId $id) }
    if (-not $isOwn) {
        Stop-HvoLaunch -Code NotOwned -Message ("The failover cluster has the role $($role.Name) for VM $id, which does not carry this " +
            "machine's mark or is not on this host. Nothing was removed.")
    }
    try {
        Remove-ClusterGroup -VMId $id -RemoveResources -Force
    } catch {
        $failure = $_
        if ($null -ne (Get-HvoClusterRole -VmId $id)) { throw $failure }
    }
}
