function Test-HvoSamePath {
    <#
    .SYNOPSIS
        Tells whether two paths are the same file or folder by name.
    #>
    param([AllowNull()] [AllowEmptyString()] [string] $Path, [AllowNull()] [AllowEmptyString()] [string] $Other)
    if (-not $Path -or -not $Other) { return $false }
    $comparison = [StringComparison]::Ordinal
    if (Test-HvoWindows) { $comparison = [StringComparison]::OrdinalIgnoreCase }
    $separators = [char[]]@([System.IO.Path]::DirectorySeparatorChar, [System.IO.Path]::AltDirectorySeparatorChar)
    $one = [System.IO.Path]::GetFullPath($Path).TrimEnd($separators)
    $two = [System.IO.Path]::GetFullPath($Other).TrimEnd($separators)
    return [string]::Equals($one, $two, $comparison)
}
