function Select-HvoCopyMethod {
    <#
    .SYNOPSIS
        Returns how a file is copied best: BlockClone, CopyFileEx or Stream.
    .DESCRIPTION
        A block clone needs both files on one volume that counts references to its blocks (ReFS since Server 2016), and a source
        that is not sparse: its clone would have to be sparse too, which Hyper-V refuses for virtual disks on NTFS. Source and
        Target are what Get-HvoCopyVolume returns, or null if that is unknown. A small file is not worth the native code.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [long] $Length,
        [Parameter(Mandatory = $true)] [bool] $Native,
        [Parameter()] [AllowNull()] [object] $Source = $null,
        [Parameter()] [AllowNull()] [object] $Target = $null,
        [Parameter()] [bool] $Sparse = $false
    )
    if (-not $Native -or $Length -lt 67108864) { return 'Stream' }
    if ($null -eq $Source -or $null -eq $Target -or $Sparse) { return 'CopyFileEx' }
    $same = [string]::Equals($Source.Id, $Target.Id, [StringComparison]::OrdinalIgnoreCase)
    if ($same -and $Source.Clones -and $Target.Clones) { return 'BlockClone' }
    return 'CopyFileEx'
}
