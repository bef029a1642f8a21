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
    foreach ($id in $Context.KnownIds) {
        if ($null -eq (Get-HvoVmById -VmId $id)) { continue }
        Stop-HvoLaunch -Code NotOwned -Message ("VM $id no longer carries this machine's mark (" +
            "hyperv-operator.io/machine-uid=$($Context.Run.machine_uid) in its notes). Nothing was removed.")
    }
    $finding = 'NoVmFound'
    if ($Context.Tombstone.removing) {
        $finding = 'VmRemoved'
    } elseif (Test-HvoVmNeverRegistered -Context $Context) {
        $finding = 'NoVmRegistered'
    }
    Set-HvoRemovalFinding -Context $Context -Finding $finding
    return
}
if ([string]$vm.State -ne 'Off') {
    Stop-VM -VM $vm -TurnOff -Force
    if (-not (Wait-HvoVmState -VmId $vm.Id -State 'Off')) { throw 'the VM was turned off and is not off after 60 seconds.' }
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
