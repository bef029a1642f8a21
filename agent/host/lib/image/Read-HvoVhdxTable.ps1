function Read-HvoVhdxTable {
    <#
    .SYNOPSIS
        Returns the entries of a region table or of a metadata table of a VHDX file by their GUID (MS-VHDX 2.2.3 and 2.6.1).
    .OUTPUTS
        Hashtable of GUID to an object: Offset, Length; of a metadata table the offset is one in its region.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $Stream,
        [Parameter(Mandatory = $true)] [long] $Offset,
        [Parameter(Mandatory = $true)] [ValidateSet('regi', 'metadata')] [string] $Signature
    )
    $table = Read-HvoByte -Stream $Stream -Offset $Offset -Count 65536
    if ([System.Text.Encoding]::ASCII.GetString($table, 0, $Signature.Length) -cne $Signature) {
        throw [System.IO.InvalidDataException]::new("it has no table '$Signature' at $Offset")
    }
    $first = 32
    $count = [long][BitConverter]::ToUInt16($table, 10)
    if ($Signature -eq 'regi') {
        $first = 16
        $count = [long][BitConverter]::ToUInt32($table, 8)
    }
    if ($count -gt 2046) { throw [System.IO.InvalidDataException]::new("its table '$Signature' has $count entries") }
    $entries = @{}
    for ($index = 0; $index -lt $count; $index++) {
        $at = $first + 32 * $index
        $id = [Guid]::new([byte[]]$table[$at..($at + 15)]).ToString('D')
        if ($Signature -eq 'regi') {
            $start = [BitConverter]::ToInt64($table, $at + 16)
            $length = [long][BitConverter]::ToUInt32($table, $at + 24)
        } else {
            $start = [long][BitConverter]::ToUInt32($table, $at + 16)
            $length = [long][BitConverter]::ToUInt32($table, $at + 20)
        }
        $entries[$id] = [PSCustomObject]@{ Offset = $start; Length = $length }
    }
    return $entries
}
