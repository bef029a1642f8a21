function ConvertFrom-HvoKvpItem {
    <#
    .SYNOPSIS
        Returns name and data of the XML text of a Msvm_KvpExchangeDataItem, or null for any other text.
    .DESCRIPTION
        A guest controls part of the text: document types are prohibited and nothing external is resolved.
    .OUTPUTS
        Object with Name and Data, or null.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [AllowNull()] [string] $Text
    )
    $settings = [System.Xml.XmlReaderSettings]::new()
    $settings.DtdProcessing = [System.Xml.DtdProcessing]::Prohibit
    $settings.XmlResolver = $null
    $settings.MaxCharactersInDocument = 65536
    $item = [PSCustomObject]@{ Name = ''; Data = '' }
    $source = [System.IO.StringReader]::new($Text)
    try {
        $reader = [System.Xml.XmlReader]::Create($source, $settings)
        $document = [System.Xml.XmlDocument]::new()
        $document.XmlResolver = $null
        $document.Load($reader)
        foreach ($property in $document.DocumentElement.SelectNodes('PROPERTY')) {
            $name = $property.GetAttribute('NAME')
            $value = $property.SelectSingleNode('VALUE')
            if (@('Name', 'Data') -ccontains $name -and $null -ne $value) { $item.$name = $value.InnerText }
        }
    } catch [System.Xml.XmlException] {
        return $null
    } finally {
        $source.Dispose()
    }
    return $item
}
