<#
.SYNOPSIS
    Creates the VM, configures it as the job says, and starts it.
.DESCRIPTION
    Generation 2, CPU, static memory, disk, VLAN, ISO, Secure Boot template. The VM is created under the name
    hvo-<machine uid>, marked in its notes, and then renamed, so that it is identified at any time. A lock for the whole host
    prevents that two machines take the same name.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$hostLock = Open-HvoLockFile -Path (Join-Path $Context.Machines 'register.lock') -WaitMilliseconds 60000
if ($null -eq $hostLock) { Suspend-HvoLaunch -Reason HostBusy -Message 'Another machine is being registered on this host.' }
try {
    $list = Get-HvoVmList
    $vm = Find-HvoMachineVm -Context $Context -Vms $list.Vms -KnownIds @($Context.Journal.vm_id)
    if ($null -eq $vm) { Assert-HvoVmNotHidden -Context $Context -Problems $list.Problems -KnownIds @($Context.Journal.vm_id) }
    if ($null -eq $vm -or $vm.Name -ne $Context.Fields.vm_name) { Assert-HvoVmNameFree -Context $Context -List $list }
    if ($null -eq $vm) { $vm = New-HvoMachineVm -Context $Context }
    $Context.Vm = $vm
    $Context.Journal.vm_id = ConvertTo-HvoGuid $vm.Id
    Save-HvoJournal -Context $Context
    Add-HvoVmMark -Context $Context -Vm $vm
    if ([string]$vm.State -eq 'Off') { Set-HvoVmConfiguration -Context $Context -Vm $vm }
    if ($vm.Name -cne $Context.Fields.vm_name) { Rename-VM -VM $vm -NewName $Context.Fields.vm_name }
} finally {
    $hostLock.Dispose()
}
Start-HvoVm -Vm $Context.Vm
if ($null -eq $Context.Journal.started_at) { $Context.Journal.started_at = Get-HvoTimestamp }
