function New-HvoPlaceholder {
    <#
    .SYNOPSIS
        Returns the state of a redaction: which value has which placeholder, and how many there are of each kind.
    .OUTPUTS
        Hashtable with Values and Counts.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    $values = [System.Collections.Generic.Dictionary[string, string]]::new([StringComparer]::OrdinalIgnoreCase)
    return @{ Values = $values; Counts = @{}; Known = [System.Collections.Generic.List[string]]::new() }
}
