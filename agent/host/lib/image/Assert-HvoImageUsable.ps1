function Assert-HvoImageUsable {
    <#
    .SYNOPSIS
        Fails with ImageUnusable if a VM of generation 2 cannot start from an image: no VHDX, a differencing disk, or no EFI system
        partition.
    .DESCRIPTION
        What cannot be found out is only logged: another process may have the image open.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Image
    )
    $problem = switch ($Image.Format) {
        'VHD' { 'is a VHD file' }
        'Other' { 'is no VHDX file' }
        'Damaged' { "is damaged: $($Image.Problem)" }
    }
    if (-not $problem -and $Image.Format -eq 'VHDX' -and $Image.Clean) {
        if ($Image.HasParent) {
            $problem = 'is a differencing disk, which is nothing without its parent'
        } elseif ($Image.Style -eq 'None') {
            $problem = 'has no partition table'
        } elseif (-not $Image.HasEfi) {
            $problem = "is partitioned as $($Image.Style) without an EFI system partition, as a disk of a VM of generation 1 is"
        }
    }
    if ($problem) { Stop-HvoLaunch -Code ImageUnusable -Message "The image $Path $problem." }
    if ($Image.Format -eq 'Unknown') {
        Write-HvoLog -Message "What the image $Path holds is unknown: $($Image.Problem)"
    } elseif (-not $Image.Clean) {
        Write-HvoLog -Message "The image $Path was not closed cleanly, so that what it holds is unknown."
    }
}
