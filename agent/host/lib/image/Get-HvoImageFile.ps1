function Get-HvoImageFile {
    <#
    .SYNOPSIS
        Returns the .vhdx files in the folder of images, without those that are being copied there; nothing if there is no folder.
    .OUTPUTS
        FileInfos.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory = $true)] [string] $Images
    )
    if (-not [System.IO.Directory]::Exists($Images)) { return }
    foreach ($file in [System.IO.DirectoryInfo]::new($Images).GetFiles('*.vhdx')) {
        # <name>.partial.vhdx is being copied there.
        if (-not $file.Name.EndsWith('.partial.vhdx', [StringComparison]::OrdinalIgnoreCase)) { $file }
    }
}
