function Add-HvoLogLine {
    <#
    .SYNOPSIS
    Adds a line to the guest's log.
    .PARAMETER Path
    The log file; its folder exists.
    .PARAMETER Line
    The line.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Line
    )
    [System.IO.File]::AppendAllText($Path, "$Line$([Environment]::NewLine)")
}
