<#
.SYNOPSIS
    Ejects the provisioning ISO and deletes it.
.DESCRIPTION
    The medium is ejected before the drive is removed, which may fail on a running VM; an empty drive does no harm. The boot order
    is left alone: it was set before the VM was started, and its first entry is now the guest's own boot manager.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$vm = Get-HvoExistingVm -VmId $Context.Journal.vm_id
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
Remove-HvoFile -Path $Context.IsoPath
