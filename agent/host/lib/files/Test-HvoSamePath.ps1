function Test-HvoSamePath {
    <#
    .SYNOPSIS
        Returns whether two paths name the same file or folder.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [AllowEmptyString()] [string] $Path,
        [Parameter()] [AllowNull()] [AllowEmptyString()] [string] $Other
    )
    if (-not $Path -or -not $Other) { return $false }
    $comparison = [StringComparison]::Ordinal
    if (Test-HvoWindows) { $comparison = [StringComparison]::OrdinalIgnoreCase }
    $separators = [char[]]@([System.IO.Path]::DirectorySeparatorChar, [System.IO.Path]::AltDirectorySeparatorChar)
    $one = [System.IO.Path]::GetFullPath($Path).TrimEnd($separators)
    $two = [System.IO.Path]::GetFullPath($Other).TrimEnd($separators)
    return [string]::Equals($one, $two, $comparison)
}
