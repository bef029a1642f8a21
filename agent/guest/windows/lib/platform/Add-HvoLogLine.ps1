function Add-HvoLogLine {
    <#
    .SYNOPSIS
        Appends a line to a log file.
    .PARAMETER Path
        The log file. Its folder must exist.
    .PARAMETER Line
        The line, without a line break.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Line
    )
    [System.IO.File]::AppendAllText($Path, "$Line$([Environment]::NewLine)")
}
