function Get-HvoImagePath {
    <#
    .SYNOPSIS
        Returns the path of the golden image; fails with ImageNotFound and the names of the images in the folder, with
        ImageUnusable if it is a .vhd file or a link.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $name = [string]$Context.Fields.image_name
    $names = @()
    if ([System.IO.Directory]::Exists($Context.Images)) {
        foreach ($file in [System.IO.Directory]::GetFiles($Context.Images, '*.vhdx')) {
            $found = [System.IO.Path]::GetFileNameWithoutExtension($file)
            # <name>.partial.vhdx is being copied there.
            if ([System.IO.Path]::GetExtension($found) -eq '.partial') { continue }
            if ($found -eq $name) {
                if ((Get-HvoEntryKind -Path $file) -eq 'File') { return $file }
                Stop-HvoLaunch -Code ImageUnusable -Message "The image $file is a link, whose target may be another one tomorrow."
            }
            $names += $found
        }
    }
    if ([System.IO.File]::Exists((Join-Path $Context.Images "$name.vhd"))) {
        Stop-HvoLaunch -Code ImageUnusable -Message "The image '$name' in $($Context.Images) is a .vhd file, and no $name.vhdx is there."
    }
    $names = [string[]]$names
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $shown = if ($names.Count) { ": $(@($names | Select-Object -First 20) -join ', ')" } else { '' }
    $noun = if ($names.Count -eq 1) { 'image' } else { 'images' }
    Stop-HvoLaunch -Code ImageNotFound -Message "No image '$name' in $($Context.Images)." `
        -Summary "The folder $($Context.Images) holds $($names.Count) $noun$shown."
}
