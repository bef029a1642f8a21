BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    Import-Module "$PSScriptRoot/FakeHyperV/FakeHyperV.psd1" -Force
    Import-Module "$PSScriptRoot/HostAgent.psm1" -Force
    . (Get-AgentFunction)
}

AfterAll { Remove-TestHost }

Describe 'A file that is replaced' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        $path = Join-Path $folder 'journal.json'
    }

    It 'is replaced while a scanner holds it for a moment' {
        $script:Tries = 0
        Mock Rename-HvoFile {
            $script:Tries++
            # ERROR_SHARING_VIOLATION, then the answer for a file that is being deleted.
            if ($script:Tries -lt 3) { throw [System.IO.IOException]::new('in use', -2147024864) }
            if ($script:Tries -lt 4) { throw [UnauthorizedAccessException]::new('denied') }
        }
        Move-HvoFile -Path "$path.new" -Destination $path
        $script:Tries | Should -Be 4
    }

    It 'is not tried again for an error that no second try changes: <Name>' -ForEach @(
        @{ Name = 'a full disk'; Exception = [System.IO.IOException]::new('full', -2147024784) }
        @{ Name = 'a missing file'; Exception = [System.IO.FileNotFoundException]::new('missing') }
        @{ Name = 'a missing folder'; Exception = [System.IO.DirectoryNotFoundException]::new('missing') }
    ) {
        $failure = $Exception
        Mock Rename-HvoFile { throw $failure }
        { Move-HvoFile -Path "$path.new" -Destination $path } | Should -Throw
        Should -Invoke Rename-HvoFile -Times 1 -Exactly
    }

    It 'is given up when it is held for longer than the wait' {
        Mock Rename-HvoFile { throw [System.IO.IOException]::new('in use', -2147024864) }
        { Move-HvoFile -Path "$path.new" -Destination $path -WaitSeconds 0.2 } | Should -Throw 'in use'
        Should -Invoke Rename-HvoFile -Times 2
    }

    It 'takes no other file''s place if it has to be new' {
        [System.IO.File]::WriteAllText($path, 'old')
        [System.IO.File]::WriteAllText("$path.new", 'new')
        { Move-HvoFile -Path "$path.new" -Destination $path -New } | Should -Throw
        [System.IO.File]::ReadAllText($path) | Should -Be 'old'
        Move-HvoFile -Path "$path.new" -Destination $path
        [System.IO.File]::ReadAllText($path) | Should -Be 'new'
    }

    It 'is read under the name that it was written with where that is all there is' {
        Write-HvoFile -Path $path -Text 'one'
        [System.IO.File]::Move($path, "$path.new")
        Test-HvoSavedFile $path | Should -BeTrue
        Read-HvoFile -Path $path | Should -Be 'one'
        [System.IO.File]::Delete("$path.new")
        Test-HvoSavedFile $path | Should -BeFalse
        { Read-HvoFile -Path $path } | Should -Throw
    }

    It 'is not written over while its only copy has the other name' {
        [System.IO.File]::WriteAllText("$path.new", 'only')
        Mock Move-HvoFile { $script:Moved = [System.IO.File]::ReadAllText($Path); [System.IO.File]::Move($Path, $Destination, $true) }
        Write-HvoFile -Path $path -Text 'next'
        Should -Invoke Move-HvoFile -Times 2 -Exactly
        [System.IO.File]::ReadAllText($path) | Should -Be 'next'
    }
}

Describe 'A journal or tombstone whose replacement failed half way' {
    BeforeEach { $world = New-TestHost }

    It 'still orders launches' {
        $null = Invoke-TestAgent $world (New-TestJob $world -Attempt 3)
        $job = New-TestJob $world -Attempt 2
        $journal = Get-Folder $world $job 'journal.json'
        [System.IO.File]::Move($journal, "$journal.new")
        (Invoke-TestAgent $world $job).Outcome.code | Should -Be 'Superseded'
        $inventory = Invoke-TestAgent $world (New-TestJob $world -Golden 'inventory')
        @($inventory.Lines | Where-Object { $_.StartsWith('{"type":"journal"') }).Count | Should -Be 1
    }

    It 'still keeps a removed machine from coming back, and is in the inventory' {
        $null = Invoke-TestAgent $world (New-TestJob $world)
        $null = Invoke-TestAgent $world (New-TestJob $world -Golden 'remove' -Attempt 2)
        $tombstone = @([System.IO.Directory]::GetFiles($world.Machines, '*.removed'))[0]
        [System.IO.File]::Move($tombstone, "$tombstone.new")
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 3)).Outcome.code | Should -Be 'Superseded'
        $inventory = Invoke-TestAgent $world (New-TestJob $world -Golden 'inventory')
        $line = ConvertFrom-Json @($inventory.Lines | Where-Object { $_.StartsWith('{"type":"removed"') })[0]
        $line.finding | Should -Be 'VmRemoved'
        $line.machine_uid | Should -Be (New-TestJob $world).run.machine_uid
    }
}

Describe 'The copy of an image' {
    It 'has a name with the extension of a virtual disk until it is complete' {
        Get-HvoPartialPath -Path 'disk.vhdx' | Should -Be 'disk.partial.vhdx'
        Get-HvoPartialPath -Path 'provisioning.iso' | Should -Be 'provisioning.partial.iso'
        $seen = Join-Path $TestDrive 'source.vhdx'
        [System.IO.File]::WriteAllBytes($seen, [byte[]]::new(9000000))
        $names = [System.Collections.Generic.List[string]]::new()
        Mock Copy-HvoStream { foreach ($one in [System.IO.Directory]::GetFiles($TestDrive, 'target*')) { $names.Add($one) } }
        Copy-HvoFile -Source $seen -Destination (Join-Path $TestDrive 'target.vhdx') | Should -Be 'Stream'
        $names | Should -Be @(Join-Path $TestDrive 'target.partial.vhdx')
    }

    It 'replaces what a killed launch left, and keeps nothing of a failed one' {
        $source, $target = (Join-Path $TestDrive 'a.vhdx'), (Join-Path $TestDrive 'b.vhdx')
        [System.IO.File]::WriteAllText($source, 'image')
        [System.IO.File]::WriteAllText((Get-HvoPartialPath -Path $target), 'the longer rest of another copy')
        $null = Copy-HvoFile -Source $source -Destination $target
        [System.IO.File]::ReadAllText($target) | Should -Be 'image'
        Mock Copy-HvoStream { throw 'broken' }
        { Copy-HvoFile -Source $source -Destination (Join-Path $TestDrive 'c.vhdx') } | Should -Throw 'broken'
        @([System.IO.Directory]::GetFiles($TestDrive, 'c.*')).Count | Should -Be 0
    }

    It 'is made by <Method>: <Why>' -ForEach @(
        @{ Method = 'Stream'; Why = 'no native code'; Native = $false }
        @{ Method = 'Stream'; Why = 'a small file'; Length = 1MB }
        @{ Method = 'CopyFileEx'; Why = 'the volumes are unknown'; Source = $null }
        @{ Method = 'CopyFileEx'; Why = 'the target volume is unknown'; Target = $null }
        @{ Method = 'CopyFileEx'; Why = 'two volumes'; Target = [pscustomobject]@{ Id = 'V2'; Clones = $true } }
        @{ Method = 'CopyFileEx'; Why = 'the volume does not clone'
            Source = [pscustomobject]@{ Id = 'V1'; Clones = $false }; Target = [pscustomobject]@{ Id = 'V1'; Clones = $false } }
        @{ Method = 'CopyFileEx'; Why = 'the image is sparse'; Sparse = $true }
        @{ Method = 'BlockClone'; Why = 'one volume that clones'; Target = [pscustomobject]@{ Id = 'v1'; Clones = $true } }
    ) {
        $plan = @{ Length = 20GB; Native = $true; Source = [pscustomobject]@{ Id = 'V1'; Clones = $true }
            Target = [pscustomobject]@{ Id = 'V1'; Clones = $true }; Sparse = $false
        }
        foreach ($key in @($plan.Keys)) {
            if ($null -ne (Get-Variable -Name $key -Scope Local -ErrorAction Ignore)) { $plan[$key] = Get-Variable -Name $key -ValueOnly }
        }
        Select-HvoCopyMethod @plan | Should -Be $Method
    }

    It 'is cloned in ranges of whole clusters that are shorter than 4 GiB and leave no gap: <Length> of <Cluster>' -ForEach @(
        @{ Length = 0; Cluster = 4096 }, @{ Length = 1; Cluster = 4096 }, @{ Length = 4096; Cluster = 4096 }
        @{ Length = 1GB; Cluster = 65536 }, @{ Length = 1GB + 65541; Cluster = 65536 }, @{ Length = 40GB + 12345; Cluster = 65536 }
        @{ Length = 10GB; Cluster = 4096; Maximum = 4294967295 }, @{ Length = 100KB; Cluster = 65536; Maximum = 4096 }
    ) {
        $how = @{ Length = $Length; ClusterSize = $Cluster }
        if ($null -ne (Get-Variable -Name 'Maximum' -Scope Local -ErrorAction Ignore)) { $how.MaximumCount = $Maximum }
        $next = [long]0
        foreach ($range in @(Get-HvoCloneRange @how)) {
            $range.Offset | Should -Be $next
            $range.Count | Should -BeGreaterThan 0
            $range.Count | Should -BeLessThan 4GB
            ($range.Offset % $Cluster) + ($range.Count % $Cluster) | Should -Be 0
            $next += $range.Count
        }
        $Length - $next | Should -BeGreaterOrEqual 0
        $Length - $next | Should -BeLessThan $Cluster
    }

    It 'uses native code that Windows PowerShell can compile, and brings its errors to the caller' {
        Add-Type -TypeDefinition (Get-HvoNativeCode) -CompilerOptions '-langversion:5', '-warnaserror'
        $copy = [HvoNative.FileCopy]::Start('from', 'to')
        $copy.Wait(10000) | Should -BeTrue
        # There is no kernel32 here; on Windows there is no such file.
        $copy.Error | Should -Not -BeNullOrEmpty
        $copy.Copied | Should -Be 0
        { Copy-HvoFileByWindows -Source 'from' -Destination 'to' -Length 1 } | Should -Throw
    }
}
