function Get-HvoProperty {
    <#
    .SYNOPSIS
        Returns a property of an object or a value of a dictionary, or a default where there is none.
    .DESCRIPTION
        StrictMode refuses to read a property that is missing, and JSON may lack any. An array comes back unrolled, as
        from every function: wrap the call in @() where one is expected.
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
