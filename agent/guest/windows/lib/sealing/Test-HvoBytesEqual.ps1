function Test-HvoBytesEqual {
    <#
    .SYNOPSIS
    Compares two byte arrays in a time that does not tell where they differ.
    .PARAMETER Left
    One.
    .PARAMETER Right
    The other.
    .OUTPUTS
    System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Left,
        [Parameter(Mandatory = $true)] [byte[]] $Right
    )
    if ($Left.Length -ne $Right.Length) { return $false }
    $difference = 0
    for ($index = 0; $index -lt $Left.Length; $index++) {
        $difference = $difference -bor ($Left[$index] -bxor $Right[$index])
    }
    $difference -eq 0
}
