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
    foreach ($file in @(Get-HvoImageFile -Images $Context.Images)) {
        $found = [System.IO.Path]::GetFileNameWithoutExtension($file.Name)
        if ($found -eq $name) {
            $path = $file.FullName
            if ((Get-HvoEntryKind -Path $path) -eq 'File') { return $path }
            Stop-HvoLaunch -Code ImageUnusable -Message "The image $path is a link, whose target may be another one tomorrow."
        }
        $names += $found
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
