function Get-HvoProperty {
    <#
    .SYNOPSIS
        Returns a property of an object or a value of a dictionary, or a default if it is missing.
    .DESCRIPTION
        StrictMode throws for a missing property, and JSON may lack any. An array is unrolled, as by every function: wrap
        the call in @() where an array is expected.
    .OUTPUTS
        Object: the value, or the default.
    #>
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter()] [AllowNull()] [object] $InputObject,
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter()] [AllowNull()] [object] $Default = $null
    )
    if ($null -eq $InputObject) { return $Default }
    if ($InputObject -is [System.Collections.IDictionary]) {
        if ($InputObject.Contains($Name)) { return $InputObject[$Name] }
        return $Default
    }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $Default }
    return $property.Value
}
