<#
.SYNOPSIS
    Clones the golden image into the machine's folder.
.DESCRIPTION
    With clone Copy the disk is a copy of the image, with Differencing a differencing disk on it. The image is only read.
.OUTPUTS
    String: the path of the disk.
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ([System.IO.File]::Exists($Context.DiskPath)) { return $Context.DiskPath }
$image = Get-HvoImagePath -Context $Context
$clone = [string](Get-HvoProperty $Context.Job.host 'clone' -Default 'Copy')
# Saved before there is a disk: a launch that is killed in between leaves none without the image that it was made from.
$identity = Get-HvoImageIdentity -Path $image -Clone $clone
$Context.Journal.image = $identity
Save-HvoJournal -Context $Context
if ($clone -eq 'Differencing') {
    # A temporary name first: a disk with the final name is complete.
    $partial = Get-HvoPartialPath -Path $Context.DiskPath
    Remove-HvoFile -Path $partial
    $null = New-VHD -Path $partial -ParentPath $image -Differencing
    $parent = [string](Get-VHD -Path $partial).ParentPath
    if (-not (Test-HvoSamePath -Path $parent -Other $image)) { throw "the parent of the new disk is $parent and not $image" }
    if ((Get-HvoImageChange -Path $image -Records @($identity)) -eq 'Changed') { throw "the image $image was changed meanwhile" }
    Move-HvoFile -Path $partial -Destination $Context.DiskPath -New -WaitSeconds 60
    $Context.StepMessage = 'Made a differencing disk'
    return $Context.DiskPath
}
$size = [System.IO.FileInfo]::new($image).Length
$method = Copy-HvoFile -Source $image -Destination $Context.DiskPath -OnProgress {
    param($copied, $whole)
    Write-HvoStepRecord -Step 'CopyImage' -State progress -Percent ([int][Math]::Floor(100 * $copied / $whole)) `
        -Message "$(Format-HvoSize $copied) of $(Format-HvoSize $whole) GB"
}
$Context.StepMessage = "Copied $(Format-HvoSize $size) GB"
if ($method -eq 'BlockClone') { $Context.StepMessage = "Cloned the blocks of $(Format-HvoSize $size) GB" }
return $Context.DiskPath
