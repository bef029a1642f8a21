<#
.SYNOPSIS
    Removes the machine's VM. Disks outside of its folder are detached first; no disk's file is touched.
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
        Stop-HvoLaunch -Code NotOwned -Message ("VM $id does not carry this machine's mark any more. Nothing is removed. Write " +
            "hyperv-operator.io/machine-uid=$($Context.Run.machine_uid) into its notes, or remove it by hand.")
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
