function Test-HvoBytesEqual {
    <#
    .SYNOPSIS
        Returns whether two byte arrays are equal, in a time that does not depend on where they differ.
    .PARAMETER Left
        The first array.
    .PARAMETER Right
        The second array.
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
    return $difference -eq 0
}
