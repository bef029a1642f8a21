<#
.SYNOPSIS
    Clones the golden image into the machine's folder and returns the path of the clone.
.DESCRIPTION
    Copy: a whole copy. Differencing: a disk that holds the differences to the image. The image is only ever read.
.OUTPUTS
    String: the path.
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
if ((Get-HvoProperty $Context.Job.host 'clone' -Default 'Copy') -eq 'Differencing') {
    # Under another name first: a disk under its final name is whole.
    $part = Join-Path $Context.Folder 'disk.part.vhdx'
    Remove-HvoFile -Path $part
    $null = New-VHD -Path $part -ParentPath $image -Differencing
    [System.IO.File]::Move($part, $Context.DiskPath)
    $Context.StepMessage = 'Made a differencing disk'
    return $Context.DiskPath
}
$size = [System.IO.FileInfo]::new($image).Length
Copy-HvoFile -Source $image -Destination $Context.DiskPath -OnProgress {
    param($copied, $whole)
    Write-HvoStepRecord -Step 'CopyImage' -State progress -Percent ([int][Math]::Floor(100 * $copied / $whole)) `
        -Message "$(Format-HvoSize $copied) of $(Format-HvoSize $whole) GB"
}
$Context.StepMessage = "Copied $(Format-HvoSize $size) GB"
return $Context.DiskPath
