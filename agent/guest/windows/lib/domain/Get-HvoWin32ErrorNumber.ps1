function Get-HvoWin32ErrorNumber {
    <#
    .SYNOPSIS
        Returns the number of a Windows error whose text is part of a message.
    .DESCRIPTION
        Add-Computer reports only the text of an error, in the language of the system. The texts of the candidate
        numbers come from the same system, so they can be compared.
    .PARAMETER Message
        The message.
    .PARAMETER Number
        The candidate numbers.
    .OUTPUTS
        System.Int32, or 0 if none of the numbers matches.
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Message,
        [Parameter(Mandatory = $true)] [int[]] $Number
    )
    $match = 0
    $length = 0
    foreach ($candidate in $Number) {
        $text = [System.ComponentModel.Win32Exception]::new($candidate).Message.Trim()
        # One text may be part of another: the longest match is the right one.
        if ($text.Length -gt $length -and $Message.IndexOf($text, [StringComparison]::OrdinalIgnoreCase) -ge 0) {
            $match = $candidate
            $length = $text.Length
        }
    }
    return $match
}
