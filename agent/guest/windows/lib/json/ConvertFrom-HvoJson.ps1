function ConvertFrom-HvoJson {
    <#
    .SYNOPSIS
    Reads a JSON object whose keys matter by their exact spelling and whose strings are taken as they are.
    .DESCRIPTION
    ConvertFrom-Json turns strings that look like dates into dates, which a password may look like, and as a command
    it would have its input written to the event log where module logging is on.
    .PARAMETER Stream
    The JSON in UTF-8, in an object that no log can show.
    .OUTPUTS
    System.Collections.Hashtable of strings, numbers (as strings), booleans, nulls, hashtables and arrays;
    System.FormatException if it is no JSON object, has a key twice or is too large.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.MemoryStream] $Stream
    )
    if (-not (Test-HvoCompleteJson -Stream $Stream)) { throw [FormatException]::new('The text is no whole JSON.') }
    if (-not ('System.Runtime.Serialization.Json.JsonReaderWriterFactory' -as [type])) {
        Add-Type -AssemblyName System.Runtime.Serialization
    }
    $quotas = [System.Xml.XmlDictionaryReaderQuotas]::new()
    $quotas.MaxDepth = 8
    $quotas.MaxStringContentLength = 131072
    $document = [System.Xml.XmlDocument]::new()
    try {
        $factory = [System.Runtime.Serialization.Json.JsonReaderWriterFactory]
        $reader = $factory::CreateJsonReader($Stream, [System.Text.Encoding]::UTF8, $quotas, $null)
        try { $document.Load($reader) }
        finally { $reader.Dispose() }
    }
    catch {
        # The reader's own message quotes what it has read.
        throw [FormatException]::new('The text is no JSON.')
    }
    $root = $document.DocumentElement
    if ($null -eq $root -or $root.GetAttribute('type') -cne 'object') { throw [FormatException]::new('The text is no JSON object.') }
    ConvertFrom-HvoJsonNode -Node $root
}
