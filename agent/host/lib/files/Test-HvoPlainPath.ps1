function Test-HvoPlainPath {
    <#
    .SYNOPSIS
        Tells whether a path is a full one that stays what it is when it is resolved.
    .DESCRIPTION
        None with .. or wildcards, no device path, and none that becomes another one: C:folder, \folder, a trailing dot.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $plain = $Path -notmatch '[<>|"*?\x00-\x1f]' -and $Path -notmatch '^[\\/]{2}[?.]' -and
        $Path -notmatch '(^|[\\/])\.{1,2}([\\/]|$)' -and [System.IO.Path]::IsPathRooted($Path)
    if (-not $plain) { return $false }
    $separator = [System.IO.Path]::DirectorySeparatorChar
    $given = $Path.Replace([System.IO.Path]::AltDirectorySeparatorChar, $separator).TrimEnd($separator)
    return $given -eq [System.IO.Path]::GetFullPath($Path).TrimEnd($separator)
}
