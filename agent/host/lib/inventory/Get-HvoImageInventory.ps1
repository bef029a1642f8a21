function Get-HvoImageInventory {
    <#
    .SYNOPSIS
        Returns the golden images' lines of the inventory.
    .DESCRIPTION
        children counts the machines whose differencing disks were made from the image; changed says whether it was changed since,
        and is null if there are none or that is unknown.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Entries
    )
    if (-not [System.IO.Directory]::Exists($Context.Images)) {
        Write-HvoLog -Message "The image folder $($Context.Images) does not exist."
        return
    }
    $children = @{}
    foreach ($record in @(Get-HvoImageChild -Entries $Entries)) {
        $name = [string]$record.name
        if (-not $children.ContainsKey($name)) { $children[$name] = @{} }
        # A machine may be in several folders.
        $children[$name][$record.machine_uid] = $record
    }
    foreach ($file in @(Get-HvoImageFile -Images $Context.Images)) {
        $name = [System.IO.Path]::GetFileNameWithoutExtension($file.Name)
        $records = @(if ($children.ContainsKey($name)) { $children[$name].Values })
        $changed = $null
        if ($records.Count) {
            $change = Get-HvoImageChange -Path $file.FullName -Records $records
            if ($change -ne 'Unknown') { $changed = $change -eq 'Changed' }
        }
        [ordered]@{ type = 'image'; name = $name; size_bytes = [long]$file.Length; children = $records.Count; changed = $changed }
    }
}
