function Get-HvoWin32ErrorNumber {
    <#
    .SYNOPSIS
    Finds out which Windows error a failed Add-Computer means.
    .DESCRIPTION
    Add-Computer gives the error's text alone, in the system's language. The same system gives the text of a number, so the
    texts are compared.
    .PARAMETER Message
    The text.
    .PARAMETER Number
    Numbers to consider.
    .OUTPUTS
    System.Int32: the number, or 0 if it is none of them.
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Message,
        [Parameter(Mandatory = $true)] [int[]] $Number
    )
    $found = 0
    $length = 0
    foreach ($one in $Number) {
        $text = [System.ComponentModel.Win32Exception]::new($one).Message.Trim()
        # One text may be part of another: the longest counts.
        if ($text.Length -gt $length -and $Message.IndexOf($text, [StringComparison]::OrdinalIgnoreCase) -ge 0) {
            $found = $one
            $length = $text.Length
        }
    }
    $found
}
