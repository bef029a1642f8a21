<#
.SYNOPSIS
    Takes the provisioning ISO out of the VM, deletes it, and lets the VM boot from its disk.
.DESCRIPTION
    The medium is taken out before the drive, which a running VM may refuse to let go; an empty drive does no harm.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$vm = Get-HvoVmById -VmId $Context.Journal.vm_id
if ($null -eq $vm) { Stop-HvoLaunch -Code VmMissing -Message "VM $($Context.Journal.vm_id) is not on this host any more." }
foreach ($drive in @(Get-VMDvdDrive -VM $vm)) {
    # A launch that was killed here left a drive without its medium: empty ones go too.
    $ours = Test-HvoSamePath -Path $drive.Path -Other $Context.IsoPath
    if ($drive.Path -and -not $ours) { continue }
    if ($ours) { Set-VMDvdDrive -VMDvdDrive $drive -Path $null }
    try { Remove-VMDvdDrive -VMDvdDrive $drive }
    catch { Write-HvoLog -Message "The empty DVD drive stays: $($_.Exception.Message)" }
}
if (@(Get-VMDvdDrive -VM $vm | Where-Object { Test-HvoSamePath -Path $_.Path -Other $Context.IsoPath }).Count) {
    throw 'the ISO is still attached after it was ejected.'
}
Set-HvoVmBootDisk -Context $Context -Vm $vm
Remove-HvoFile -Path $Context.IsoPath
