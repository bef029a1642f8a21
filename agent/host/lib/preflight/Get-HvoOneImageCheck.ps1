function Get-HvoOneImageCheck {
    <#
    .SYNOPSIS
        Returns the row of one golden image: format, type, size, family by its name, and what is known of its partitions and its children.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter()] [int] $Children = 0
    )
    $row = @{
        Subject = [System.IO.Path]::GetFileName($Path)
        Expected = 'a .vhdx without a parent, of a generation 2 VM (GPT), with a name that says its OS family'
    }
    if ([System.IO.Path]::GetExtension($Path) -ne '.vhdx') {
        return New-HvoCheckRow -Id Image @row -State warning -Observed 'a .vhd file, which is not offered as an image'
    }
    $image = Read-HvoImage -Path $Path
    $state, $facts = 'ok', @("format $($image.Format)")
    if ($null -ne $image.Style) { $facts += "partitions $($image.Style)$(if ($image.HasEfi) { ' with an EFI system partition' })" }
    if ($image.Format -eq 'Unknown' -or ($image.Format -eq 'VHDX' -and -not $image.Clean)) { $state = 'unknown' }
    try {
        Assert-HvoImageUsable -Path $row.Subject -Image $image
    } catch {
        $state = 'warning'
        $facts += (ConvertTo-HvoFailure -ErrorRecord $_).Message.TrimEnd('.')
    }
    if ($Children) { $facts += "parent of the disks of $Children machines" }
    try {
        $family = Get-HvoOsFamily -Fields ([PSCustomObject]@{ image_name = [System.IO.Path]::GetFileNameWithoutExtension($Path) })
        $facts += "family $family"
    } catch {
        $facts += 'family not in its name'
    }
    return New-HvoCheckRow -Id Image @row -State $state -Observed ($facts -join '; ')
}
