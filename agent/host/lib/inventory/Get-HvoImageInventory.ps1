function Get-HvoImageInventory {
    <#
    .SYNOPSIS
        Returns the golden images' lines of the inventory.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if (-not [System.IO.Directory]::Exists($Context.Images)) {
        Write-HvoLog -Message "The image folder $($Context.Images) does not exist."
        return
    }
    foreach ($file in [System.IO.DirectoryInfo]::new($Context.Images).GetFiles('*.vhdx')) {
        [ordered]@{
            type = 'image'; name = [System.IO.Path]::GetFileNameWithoutExtension($file.Name); size_bytes = [long]$file.Length
        }
    }
}
