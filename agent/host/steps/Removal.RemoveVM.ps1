<#
.SYNOPSIS
    Removes the machine's VM. Disks outside its folder are detached first; no disk file is deleted.
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
    return
}
if ([string]$vm.State -ne 'Off') {
    Stop-VM -VM $vm -TurnOff -Force
    if (-not (Wait-HvoVmState -VmId $vm.Id -State 'Off')) { throw 'the VM was turned off and is not off after 60 seconds.' }
}
$Context.Detached = @(Disconnect-HvoForeignDisk -Context $Context -Vm $vm)
try {
    Remove-VM -VM $vm -Force
} catch {
    $failure = $_
    if ($null -ne (Get-HvoVmById -VmId $vm.Id)) { throw $failure }
}
