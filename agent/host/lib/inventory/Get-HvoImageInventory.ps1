function Get-HvoImageInventory {
    <#
    .SYNOPSIS
        Returns the inventory's lines of the golden images.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    if (-not [System.IO.Directory]::Exists($Context.Images)) {
        Write-HvoLog "The image folder $($Context.Images) does not exist."
        return
    }
    foreach ($file in (New-Object System.IO.DirectoryInfo $Context.Images).GetFiles('*.vhdx')) {
        [ordered]@{
            type = 'image'; name = [System.IO.Path]::GetFileNameWithoutExtension($file.Name); size_bytes = [long]$file.Length
        }
    }
}
