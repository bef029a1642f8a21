<#
.SYNOPSIS
    Removes the machine's VM, and records in the tombstone what was found. Disks outside the machine's folder are detached
    first; no disk file is deleted.
.DESCRIPTION
    That the removal of a VM has begun is recorded before it, and that the VM was removed before any file goes: a launch that
    was killed in between is known to have removed it.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$vm = $Context.Vm
if ($null -eq $vm) {
    # Again: the cluster may have brought it here since.
    Assert-HvoVmMarked -Context $Context
    $finding = 'NoVmFound'
    if ($Context.Tombstone.removing) {
        $finding = 'VmRemoved'
    } elseif (Test-HvoVmNeverRegistered -Context $Context) {
        $finding = 'NoVmRegistered'
    }
    Set-HvoRemovalFinding -Context $Context -Finding $finding
    return
}
# A VM in a critical state is off, saved or running as well. Hyper-V removes a saved VM with its saved state.
$now = Wait-HvoVmSettled -VmId $vm.Id
if (@('Off', 'Saved') -notcontains (ConvertTo-HvoVmState $now.State)) {
    Stop-VM -VM $vm -TurnOff -Force
    if (-not (Wait-HvoVmState -VmId $vm.Id -State 'Off')) {
        throw "the VM was turned off and is not off after 60 seconds; it was in the state $($now.State)."
    }
}
$Context.Detached = @(Disconnect-HvoForeignDisk -Context $Context -Vm $vm)
$Context.Tombstone.removing = ConvertTo-HvoGuid $vm.Id
Write-HvoTombstone -Context $Context
try {
    Remove-VM -VM $vm -Force
} catch {
    $failure = $_
    if ($null -ne (Get-HvoVmById -VmId $vm.Id)) {
        $Context.Tombstone.removing = $null
        Write-HvoTombstone -Context $Context
        throw $failure
    }
}
Set-HvoRemovalFinding -Context $Context -Finding 'VmRemoved'
