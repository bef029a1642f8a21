function ConvertTo-HvoKvpItem {
    <#
    .SYNOPSIS
        Returns the XML text of a Msvm_KvpExchangeDataItem, the management service's form of an item.
    .DESCRIPTION
        Source 0 is data from the host to the guest.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter()] [AllowEmptyString()] [string] $Data = ''
    )
    $key = [System.Security.SecurityElement]::Escape($Name)
    $value = [System.Security.SecurityElement]::Escape($Data)
    return '<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem">' +
        "<PROPERTY NAME=`"Name`" TYPE=`"string`"><VALUE>$key</VALUE></PROPERTY>" +
        "<PROPERTY NAME=`"Data`" TYPE=`"string`"><VALUE>$value</VALUE></PROPERTY>" +
        '<PROPERTY NAME="Source" TYPE="uint16"><VALUE>0</VALUE></PROPERTY></INSTANCE>'
}
