function Test-HvoPlainPath {
    <#
    .SYNOPSIS
        Returns whether a path is a full path that resolving does not change.
    .DESCRIPTION
        False for paths with .. or wildcards, device paths, and paths that resolve to another: C:folder, \folder, a
        trailing dot.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $plain = $Path -cnotmatch '[<>|"*?\x00-\x1f]' -and $Path -cnotmatch '^[\\/]{2}[?.]' -and
        $Path -cnotmatch '(^|[\\/])\.{1,2}([\\/]|$)' -and [System.IO.Path]::IsPathRooted($Path)
    if (-not $plain) { return $false }
    $separator = [System.IO.Path]::DirectorySeparatorChar
    $given = $Path.Replace([System.IO.Path]::AltDirectorySeparatorChar, $separator).TrimEnd($separator)
    return $given -eq [System.IO.Path]::GetFullPath($Path).TrimEnd($separator)
}
