<#
.SYNOPSIS
    Ejects the provisioning ISO, deletes it, and makes the disk the first boot device.
.DESCRIPTION
    The medium is ejected before the drive is removed, which may fail on a running VM; an empty drive does no harm.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$vm = Get-HvoVmById -VmId $Context.Journal.vm_id
if ($null -eq $vm) { Stop-HvoLaunch -Code VmMissing -Message "VM $($Context.Journal.vm_id) no longer exists on this host." }
foreach ($drive in @(Get-VMDvdDrive -VM $vm)) {
    # A launch that was killed here leaves an empty drive, so empty drives are removed too.
    $ours = Test-HvoSamePath -Path $drive.Path -Other $Context.IsoPath
    if ($drive.Path -and -not $ours) { continue }
    if ($ours) { Set-VMDvdDrive -VMDvdDrive $drive -Path $null }
    try {
        Remove-VMDvdDrive -VMDvdDrive $drive
    } catch {
        Write-HvoLog -Message "The empty DVD drive could not be removed: $($_.Exception.Message)"
    }
}
if (@(Get-VMDvdDrive -VM $vm | Where-Object { Test-HvoSamePath -Path $_.Path -Other $Context.IsoPath }).Count) {
    throw 'the ISO is still attached after it was ejected.'
}
Set-HvoVmBootDisk -Context $Context -Vm $vm
Remove-HvoFile -Path $Context.IsoPath
